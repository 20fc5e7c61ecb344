// Half messages in a real store.
#pragma once

#include <optional>
#include <string>

#include "fakes/log_exchange_fixture.h"
#include "transactions/load_half.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

class HalfStoreFixture : public fakes::LogExchangeFixture {
 protected:
  HalfStoreFixture() : LogExchangeFixture({&kTransactionSchema}) {}

  /// One that a system has prepared, not in the store yet.
  static tables::Half prepared(const std::string& txid, const std::string& transaction_id,
                               const std::string& consumer = "oms", const std::string& group = "g") {
    tables::Half half;
    half.txid = txid;
    half.kind = HalfKind::kSystem;
    half.route = "order-transactions";
    half.consumer = consumer;
    half.group = group;
    half.transaction_id = transaction_id;
    half.topic = "order-topic";
    half.payload_hash = "hash";
    half.next_check = 6000;
    half.created = 1000;
    return half;
  }
  std::optional<tables::Half> find(const std::string& txid) {
    LoadHalf load(txid);
    EXPECT_TRUE(sqlite.query_blocking(load).ok());
    return load.half;
  }
};

}  // namespace causeway::transactions
