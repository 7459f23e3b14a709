// What g++ 12 compiles wrongly, each line marked with the rule that forbids it,
// and beside it its good neighbours. check.py must find the marked lines and no
// other. Never compiled by g++, and never run.

// A mark has to stay on its line.
// clang-format off
#include "06-coroutines/tincan/tincan.hpp"

#include <array>
#include <string>
#include <vector>

namespace tincan {

struct Options {
    std::string text;
    int number = 0;
};
struct Plain {  // without a destructor that does anything
    int a;
    int b;
};
class Holder {
public:
    explicit Holder(std::string text, int number = 0)
        : text_(std::move(text)), number_(number) {}

private:
    std::string text_;
    int number_;
};

Coro<bool> truth() {
    co_return true;
}
Coro<int> one() {
    co_return 1;
}
Coro<int> use(Options options) {
    co_return options.number;
}
Coro<int> use_plain(Plain plain) {
    co_return plain.a;
}
Coro<int> use_holder(Holder) {
    co_return 1;
}
Coro<int> use_array(std::array<std::string, 2>) {
    co_return 1;
}
Coro<int> use_text(std::string) {
    co_return 1;
}
Coro<int> use_vector(std::vector<int>) {
    co_return 1;
}
Coro<int> by_default(int, Options = {"default", 1}) {
    co_return 1;
}
template <typename Function>
Coro<void> call(Function function) {
    co_await function();
}
Options global_options();

// Conditions.

Coro<void> conditions() {
    if (co_await truth()) co_return;               // forbidden: condition
    while (co_await truth()) co_return;            // forbidden: condition
    do co_return; while (!co_await truth());       // forbidden: condition
    for (; co_await one() > 1;) co_return;         // forbidden: condition
    switch (co_await one()) { default: co_return; }  // forbidden: condition
}
Coro<void> condition_variable() {
    if (bool ok = co_await truth()) co_return;     // forbidden: condition
}
template <typename T>
Coro<void> in_a_template(T value) {
    if (value == co_await one()) co_return;        // forbidden: condition
}
Coro<void> instance() {
    co_await in_a_template(1);
}
Coro<void> named_conditions() {
    bool ok = co_await truth();
    if (ok) co_return;
    while (ok) ok = !co_await truth();
    if (int n = 1; n == 1) co_await one();
    for (int i = co_await one(); i < 3; ++i) co_await one();
}

// Aggregates.

Coro<void> aggregates() {
    co_await use(Options{"x", 1});                 // forbidden: aggregate
    co_await use({"x", 1});                        // forbidden: aggregate
    co_await use({.text = "x"});                   // forbidden: aggregate
    int n = 1 + co_await use(Options{"x"});        // forbidden: aggregate
    co_await use_array({"a", "b"});                // forbidden: aggregate
    co_await by_default(n);                        // forbidden: aggregate
    co_await wait_for(use({"x"}), Duration(1));    // forbidden: aggregate
}
AsyncGenerator<Options> yields() {
    co_yield Options{"x", 1};                      // forbidden: aggregate
}
AsyncGenerator<int> yields_numbers() {
    co_yield 1;
}
Coro<Options> named_aggregates() {
    Options options{"x", 1};
    co_await use(options);
    co_await use(std::move(options));
    co_await use_plain(Plain{1, 2});
    co_await use_holder(Holder("x"));
    co_await use(global_options());
    Options given = options;
    co_await by_default(1, given);
    std::array<std::string, 2> two{"a", "b"};
    co_await use_array(two);
    Coro<int> made = use(Options{"x", 1});
    co_await std::move(made);
    co_return Options{"x", 1};
}

// Lambdas.

Coro<void> lambdas() {
    std::string text = "x";
    co_await call([text] { return use_text(text); });  // forbidden: lambda
    co_await call([t = text] { return use_text(t); }); // forbidden: lambda
    co_await [text]() -> Coro<void> {              // forbidden: lambda
        co_await one();
    }();
    auto coroutine = [&text]() -> Coro<void> {     // forbidden: lambda
        co_await use_text(text);
    };
    co_await coroutine();
}
Coro<void> named_lambdas() {
    std::string text = "x";
    auto make = [text] { return use_text(text); };
    co_await make();
    co_await call(make);
    co_await call([&text] { return use_text(text); });
    co_await []() -> Coro<void> { co_await one(); }();
    auto outer = [&text] {
        auto inner = []() -> Coro<void> { co_await one(); };
        text = "y";
        return inner();
    };
    co_await outer();
}

// Choices.

Coro<void> choices(bool b) {
    std::string s, t;
    co_await use_text(b ? s : t);                  // forbidden: choice
    co_await use_text(b ? "long" : s);             // forbidden: choice
}
Coro<void> other_choices(bool b) {
    int n = b ? 1 : co_await one();
    std::string s = b ? "a" : "b";
    co_await use_text(b ? "c" : "d");
    co_await use_text(s + (n > 1 ? "e" : "f"));
}

// Braced lists.

Coro<void> lists() {
    co_await use_vector({1, 2, 3});                // forbidden: list
    co_await use_vector(std::vector<int>{1, 2});   // forbidden: list
}
Coro<void> named_lists() {
    std::vector<int> numbers{1, 2, 3};
    co_await use_vector(numbers);
}

// Symmetric transfer.

struct Transfer {
    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(         // forbidden: transfer
        std::coroutine_handle<> to) const {
        return to;
    }
    void await_resume() const {}
};
struct Suspend {
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<>) const { return true; }
    void await_resume() const {}
};

}  // namespace tincan
