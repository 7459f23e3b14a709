// A fuzz target as an ordinary test: tries what is in the folder that is its
// argument, and a few thousand variations of it, always the same ones. For
// compilers without libFuzzer, and for people without time.
#include "tests/fuzz/input.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace {

constexpr int kVariations = 3000;

using Corpus = std::vector<std::string>;

Corpus read_corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    Corpus corpus;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(in),
                            std::istreambuf_iterator<char>());
    }
    return corpus;
}

// The beginning of one, the end of another, and some bytes changed.
std::string vary(const Corpus& corpus, std::minstd_rand& random) {
    auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
    const std::string& first = corpus[below(corpus.size())];
    const std::string& second = corpus[below(corpus.size())];
    std::string text = first.substr(0, below(first.size() + 1));
    text += second.substr(below(second.size() + 1));
    for (std::size_t n = below(4); n > 0 && !text.empty(); --n) {
        char byte = static_cast<char>(random() % 256);
        if (random() % 2 == 0) byte = text[below(text.size())];
        text[below(text.size())] = byte;
    }
    return text;
}

void try_input(const std::string& text) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()),
                           text.size());
}

}  // namespace

int main(int argc, char** argv) {
    Corpus corpus = read_corpus(argc == 2 ? argv[1] : ".");
    if (corpus.empty()) tincan::fuzz::fail("there is no corpus");
    for (const std::string& text : corpus)
        try_input(text);
    std::minstd_rand random(1);
    for (int i = 0; i < kVariations; ++i)
        try_input(vary(corpus, random));
    fmt::print("{} inputs, {} variations\n", corpus.size(), kVariations);
}
