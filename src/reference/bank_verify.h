// Looks for damage in a bank. Private to this folder.
#pragma once

#include <vector>

#include "core/result.h"
#include "reference/database.h"
#include "reference/reference_bank.h"

namespace staydown::reference {

// Findings about the file as a whole first, then by reference id.
Result<std::vector<Finding>> find_damage(const Database& database, const BankOptions& models,
                                         ReferenceBank::MediaCheck media);

}  // namespace staydown::reference
