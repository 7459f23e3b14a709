// Where SQL statements end, in whatever pieces they come.
#include "tests/06_sql_oracle.hpp"
#include "tests/fuzz/input.hpp"

using namespace tincan;
using namespace tincan::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    Input input(data, size);
    std::size_t piece = 1 + input.choose(16);
    std::string text(input.rest());
    std::erase(text, '\0');  // refused
    std::vector<std::string> statements = test::split_by_oracle(text);
    expect(test::split_in_pieces(text, piece) == statements, "in pieces");
    expect(test::split_in_pieces(text, size + 1) == statements, "at once");
    return 0;
}
