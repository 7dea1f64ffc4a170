// Frees what a C library hands out: std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>.
#pragma once

namespace staydown {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

}  // namespace staydown
