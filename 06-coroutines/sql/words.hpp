// What a statement means for the transaction, by its first words: all that one
// can know before the server has answered.
#pragma once

#include <string>
#include <string_view>

namespace tincan::sql {

// `word` with small ASCII letters: to SQL, keywords are the same in either.
std::string in_lower_case(std::string_view word);

// BEGIN, START TRANSACTION
bool begins_transaction(std::string_view statement);
// COMMIT, END, ABORT, PREPARE TRANSACTION, and ROLLBACK, but not to a
// savepoint; none of them with AND CHAIN, which begins the next one at once.
bool ends_transaction(std::string_view statement);

}  // namespace tincan::sql
