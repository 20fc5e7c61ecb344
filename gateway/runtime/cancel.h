// Whether somebody still wants what a coroutine is working on: the caller of an exchange leaves, a part of a call is no
// longer needed. Whoever waits adds a hook that ends the wait.
#pragma once

#include <utility>

namespace causeway::runtime {

/// Belongs to one worker. Outlives its hooks' membership: a hook leaves when it is destroyed.
class Cancel {
 public:
  class Hook {
   public:
    Hook() = default;
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    void leave() {
      if (link_ == nullptr) return;
      *link_ = next_;
      if (next_ != nullptr) next_->link_ = link_;
      link_ = nullptr;
      next_ = nullptr;
    }

   protected:
    virtual ~Hook() { leave(); }

   private:
    friend class Cancel;
    /// Once, from `request`, after it has left. Ends a wait; does not resume it within this call.
    virtual void on_cancel() = 0;
    Hook* next_ = nullptr;
    Hook** link_ = nullptr;
  };

  Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  ~Cancel() {
    while (first_ != nullptr) first_->leave();
  }

  bool requested() const { return requested_; }
  /// Nobody wants it any more. Further requests change nothing.
  void request() {
    if (std::exchange(requested_, true)) return;
    while (first_ != nullptr) {
      Hook& hook = *first_;
      hook.leave();
      hook.on_cancel();
    }
  }
  /// Not called where it was requested before: look at `requested` first.
  void add(Hook& hook) {
    hook.leave();
    hook.next_ = first_;
    hook.link_ = &first_;
    if (first_ != nullptr) first_->link_ = &hook.next_;
    first_ = &hook;
  }

 private:
  Hook* first_ = nullptr;
  bool requested_ = false;
};

}  // namespace causeway::runtime
