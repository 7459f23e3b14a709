// What the chat server makes of a line, against what the protocol says: is it
// text, what does it ask for, whose name is it, and how does it look in a log.
#include "01-blocking/text.hpp"
#include "07-chat/commands.hpp"
#include "07-chat/log.hpp"
#include "07-chat/names.hpp"
#include "07-chat/protocol.hpp"
#include "tests/fuzz/input.hpp"

#include <array>
#include <utility>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

// check_text is right if what it lets through needs no escaping, tabs and
// backslashes aside, and what it stops does.
void try_text(std::string_view line) {
    std::string shown = printable(line);
    std::string plain;
    for (char c : line) {
        if (c == '\t') {
            plain += "\\t";
        } else if (c == '\\') {
            plain += "\\\\";
        } else {
            plain += c;
        }
    }
    std::optional<Refusal> refusal = check_text(line);
    expect(!refusal == (shown == plain), "text and no text");
    if (refusal == Refusal::not_utf8) expect(!is_utf8(line), "UTF-8");
}

void try_request(std::string_view line) {
    Request request = parse_request(line);
    expect(request.text.empty() || line.ends_with(request.text),
           "a request's text is the end of its line");
    bool command = line.starts_with('/') && !line.starts_with("//");
    expect((request.kind == Request::Kind::say) == !command,
           "who says something");
    if (!command) {
        expect(request.text == line.substr(line.starts_with("//") ? 1 : 0),
               "what is said");
    }
    std::string_view word = line.substr(0, line.find(' '));
    using enum Request::Kind;
    constexpr std::array<std::pair<std::string_view, Request::Kind>, 9>
        commands{{{"/nick", nick},
                  {"/join", join},
                  {"/rooms", rooms},
                  {"/who", who},
                  {"/msg", msg},
                  {"/me", me},
                  {"/ping", ping},
                  {"/help", help},
                  {"/quit", quit}}};
    for (auto [name, kind] : commands)
        expect((request.kind == kind) == (word == name), name);
    auto [first, rest] = split_word(request.text);
    expect(first.find(' ') == std::string_view::npos, "a word");
    expect(request.text.starts_with(first) && request.text.ends_with(rest) &&
               first.size() + rest.size() + 1 >= request.text.size(),
           "two parts");
}

// Nobody's name can drive a terminal, be taken for another one, or end early
// in "name: text".
void try_parsed_name(std::string_view text) {
    std::optional<Name> name = parse_name(text);
    if (!name) return;
    expect(printable(name->shown) == name->shown, "a name is text");
    expect(name->shown.find_first_of(" :!*()/\\\"=") == std::string::npos,
           "a name is a word");
    std::size_t length = 0;
    for (std::string_view rest = name->shown; !rest.empty(); ++length)
        rest.remove_prefix(decode_utf8(rest).size);
    expect(length >= 1 && length <= kLongestName, "a name's length");
    std::optional<Name> again = parse_name(name->shown);
    expect(again && again->shown == name->shown && again->key == name->key,
           "a name stays what it is");
    expect(name->key != "server", "the server's name");
}

void try_protocols(std::string_view line) {
    bool http = line.find(" HTTP/", line.find(' ') + 1) != line.npos &&
                line.find(' ') != line.npos;
    expect(!is_http_request(line) || http, "HTTP");
    if (is_http_request(line)) {
        std::optional<std::string_view> name = requested_name(line);
        expect(!name || !parse_name(*name), "a request that is a name");
    }
    if (!line.empty() && is_tls_hello(line)) {
        expect(check_text(line).has_value(), "text that is a hello");
    }
}

// What comes from outside is one value on one line of the log.
void try_log(std::string_view line) {
    std::string text = log_text("x", {{"a", std::string(line)}, {"b", "c"}});
    expect(is_utf8(text), "the log is text");
    std::string_view value = text;
    expect(value.starts_with("x a=") && value.ends_with(" b=c"), "its form");
    value.remove_prefix(4);
    value.remove_suffix(4);
    bool quotes = value.starts_with('"');
    if (quotes) value = value.substr(1, value.size() - 2);
    for (std::size_t i = 0; i < value.size(); ++i) {
        char c = value[i];
        expect(static_cast<unsigned char>(c) >= 0x20, "a line is a line");
        expect(quotes || (c != ' ' && c != '='), "a value is a value");
        expect(c != '"' || (i > 0 && value[i - 1] == '\\'), "its end");
    }
}

void try_name(std::string_view line) {
    std::optional<std::string_view> name = requested_name(line);
    bool asks = line == "CONNECT" || line.starts_with("CONNECT ");
    expect(name.has_value() == asks, "a name");
    if (name) expect(line.ends_with(*name), "a name is the end of its line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    std::string_view line = Input(data, size).rest();
    try_text(line);
    try_request(line);
    try_name(line);
    try_parsed_name(line);
    try_protocols(line);
    try_log(line);
    return 0;
}
