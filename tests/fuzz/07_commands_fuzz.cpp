// What the chat server makes of a line, against what the protocol says.
#include "01-blocking/text.hpp"
#include "07-chat/commands.hpp"
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
    return 0;
}
