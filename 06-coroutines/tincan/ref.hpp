// Ref<T>: one of the owners of something that counts its owners itself.
//
// Every coroutine that is handed a stream has such a pointer in its frame,
// most of them more than one, for each client. A std::shared_ptr is twice as
// big, since it has to find the count elsewhere; and its count may be touched
// by several threads, which a loop of one thread need not pay for.
#pragma once

#include <utility>

namespace tincan {

// Base of what Ref points to.
class Counted {
public:
    Counted() = default;
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

protected:
    ~Counted() = default;

private:
    template <typename T>
    friend class Ref;

    unsigned owners_ = 0;
};

template <typename T>
class Ref {
public:
    Ref() = default;  // null
    explicit Ref(T& object) : object_(&object) { ++object_->owners_; }
    Ref(const Ref& other) noexcept : object_(other.object_) {
        if (object_ != nullptr) ++object_->owners_;
    }
    Ref(Ref&& other) noexcept
        : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    // The last owner deletes it.
    ~Ref() {
        if (object_ != nullptr && --object_->owners_ == 0) delete object_;
    }

    explicit operator bool() const { return object_ != nullptr; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }

private:
    T* object_ = nullptr;
};

template <typename T, typename... Arguments>
Ref<T> make_ref(Arguments&&... arguments) {
    return Ref<T>(*new T(std::forward<Arguments>(arguments)...));
}

}  // namespace tincan
