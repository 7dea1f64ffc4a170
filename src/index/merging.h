// Which blocks are worth merging into one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace staydown::index {

struct BlockSize {
  std::size_t live = 0, dead = 0;  // entries
};

// Positions of the blocks to be merged next, ascending; empty when all is well. `blocks` come
// largest first.
//
// A block is merged with the smaller ones once these have an eighth of its entries, so that a bank
// of n entries lies in O(log n) blocks and each entry is moved O(log n) times (the log-structured
// merge tree of O'Neil et al., 1996); and a block is made anew once a quarter of it is dead.
std::vector<std::size_t> blocks_to_merge(std::span<const BlockSize> blocks);

}  // namespace staydown::index
