// How the descriptors of one reference and model lie in the bank: fixed-size little-endian records.
//
// Each record: time and end (int64, microseconds), view, quality, flags (bit 0: generic), 0 (one
// byte each), then the value: a PDQ hash as four 64-bit words, or an embedding as half floats.
// A blob of embeddings starts with their size (uint32); one of PDQ hashes does not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/reference.h"
#include "core/result.h"

namespace staydown::reference {

using Blob = std::vector<std::uint8_t>;

// The entries of `kind` among `entries`. Embeddings must all have the same size.
Blob pack(std::span<const ReferenceEntry> entries, DescriptorKind kind);

// kCorrupt for anything that `pack` does not give for entries that `check` accepts; `name` is what
// the message calls the blob. `folder` may hold the embeddings (half_room.h).
Result<std::vector<ReferenceEntry>> unpack(std::span<const std::uint8_t> blob, DescriptorKind kind,
                                           std::string_view name,
                                           const std::filesystem::path& folder = {});

// What may be stored: times from 0 on that never fall, ends after them, views of references,
// qualities up to 100, embeddings of one size with finite values. kInvalidArgument names the entry.
Result<void> check(std::span<const ReferenceEntry> entries);

}  // namespace staydown::reference
