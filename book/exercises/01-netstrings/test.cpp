#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

Client client_of(const Server& server) {
    return Client(server.endpoint(), {.source = {}, .patience = 2s});
}

TEST(Netstrings, Listens) {
    start_exercise();
}

TEST(Netstrings, AMessageComesBack) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.exchange("5:hello,");
    client.exchange("0:,");
    client.exchange("3:a\0b,"s);
    client.exchange("12:5:hello,0:,x,");
}

TEST(Netstrings, ItMayComeByteByByte) {
    Server server = start_exercise();
    Client client = client_of(server);
    std::string bytes = "11:hello world,";
    for (char byte : bytes)
        client.send({&byte, 1});
    EXPECT_EQ(client.receive(bytes.size()), bytes);
}

TEST(Netstrings, SeveralMayComeAtOnce) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.exchange("1:a,2:bc,0:,3:def,");
}

TEST(Netstrings, ALongOneIsNoTrouble) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.exchange("65536:" + std::string(65536, 'x') + ",");
}

TEST(Netstrings, WhatCannotBeOneIsRefusedAtOnce) {
    for (std::string bytes : {"hello"s, ":"s, "5;"s, "05:"s, "-1:"s, "2:abc"s,
                              "65537:"s, std::string(50, '9')}) {
        Server server = start_exercise();
        Client client = client_of(server);
        client.send(bytes);
        EXPECT_EQ(client.receive_to_any_end().bytes, "") << bytes;

        Client next = client_of(server);
        next.exchange("4:next,");
    }
}

}  // namespace
