// Stage 1: three cheeses in four framings, and what a receiver makes of them
// when the network cuts the bytes where it likes.
//
//   $ ./framing_demo

#include "01-blocking/framing.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <array>

using namespace tincan;

namespace {

constexpr std::array<std::string_view, 3> kCheeses{"caerphilly", "illchester",
                                                   "brie"};

std::string quoted(std::string_view bytes) {
    return '"' + printable(bytes) + '"';
}

// All the cheeses as they travel.
template <typename Framing>
std::string sent(const Framing& framing) {
    std::string bytes;
    for (std::string_view cheese : kCheeses)
        bytes += framing.encode(cheese);
    return bytes;
}

// What `framing` makes of the pieces as they come: one line for each.
template <typename Framing>
void replay(const Framing& framing, std::span<const std::string_view> pieces) {
    Decoder decoder(framing);
    for (std::string_view piece : pieces) {
        decoder.feed(piece);
        std::string messages;
        while (std::optional<std::string> message = decoder.next()) {
            messages += (messages.empty() ? "" : " ") + quoted(*message);
        }
        print_line("{:<18} {:<21} {}", quoted(piece),
                   messages.empty() ? "-" : messages, quoted(decoder.rest()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        print_line("close          {}   and the end of the connection",
                   quoted(UntilClose{}.encode(kCheeses[0])));
        print_line("fixed length   {}", quoted(sent(FixedLength(12, ' '))));
        print_line("length prefix  {}", quoted(sent(LengthPrefix{})));
        print_line("delimiter      {}", quoted(sent(Delimited{})));

        print_line("\n{:<18} {:<21} {}", "recv", "messages", "rest");
        std::string bytes = sent(Delimited{});
        std::string_view all = bytes;
        replay(Delimited{},
               std::array{all.substr(0, 8), all.substr(8, 10), all.substr(18)});
    });
}
