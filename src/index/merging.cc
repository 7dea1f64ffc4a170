#include "index/merging.h"

namespace staydown::index {
namespace {

constexpr std::size_t kGrowth = 8;     // a block's size over that of all smaller ones
constexpr std::size_t kDeadShare = 4;  // one in so many may be dead

}  // namespace

std::vector<std::size_t> blocks_to_merge(std::span<const BlockSize> blocks) {
  std::size_t first = blocks.size();  // this one and all smaller ones become one
  std::size_t smaller = 0;
  for (std::size_t i = blocks.size(); i-- > 0;) {
    if (blocks[i].live <= smaller * kGrowth) first = i;
    smaller += blocks[i].live;
  }
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool decayed = blocks[i].dead * kDeadShare > blocks[i].live + blocks[i].dead;
    if (decayed || i >= first) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace staydown::index
