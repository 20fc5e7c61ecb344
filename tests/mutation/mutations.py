"""Deliberate bugs: each is put into a copy of one source file, and a named test of the simulation has to find it."""

from dataclasses import dataclass, field

ALL = "Simulation.NoCallIsLostOrDoubled"
NONCES = "Nonces.NoneIsAcceptedTwiceAcrossARestart"


@dataclass(frozen=True)
class Mutation:
    name: str
    file: str  # below the source folder
    old: str  # once in it
    new: str
    test: str = ALL
    says: str = ""  # part of what the test complains about: that it fails for the right reason
    more: list = field(default_factory=list)  # further replacements of the same file


MUTATIONS = [
    Mutation(
        "a new half message for each attempt",
        "gateway/transactions/begin_call.cpp",
        "  begun_.txid = record.txid;\n",
        "  begun_.txid = call_.resume ? call_.txid : record.txid;\n",
        says="which was not executed",
    ),
    Mutation(
        "a refusal after an unknown attempt decides",
        "gateway/transactions/decision.cpp",
        "    case Outcome::kRefused:\n      if (unknown_before) return {RecordEnd::kUnknown, HalfEnd::kStay, true};\n",
        "    case Outcome::kRefused:\n",
        says="is given up although it was executed",
    ),
    Mutation(
        "that nothing was sent decides after an unknown attempt",
        "gateway/transactions/decision.cpp",
        "    case Outcome::kUnsent:\n      if (unknown_before) return {RecordEnd::kUnknown, HalfEnd::kStay, true};\n",
        "    case Outcome::kUnsent:\n",
        says="is given up although it was executed",
    ),
    Mutation(
        "a timeout runs the call again",
        "gateway/transactions/begin_call.cpp",
        "  if (call_.resume && tables::start_attempt(",
        "  if (tables::start_attempt(",
        says="is forwarded twice",
    ),
    Mutation(
        "a timeout frees the key",
        "gateway/transactions/decision.cpp",
        "  return {RecordEnd::kUnknown, HalfEnd::kStay, false};",
        "  return {RecordEnd::kReleased, HalfEnd::kRollBack, false};",
        says="is given up although it was executed",
    ),
    Mutation(
        "the answer goes before the record is durable",
        "gateway/transactions/call_flow.cpp",
        "  return settled || !setup_.can_check ? Step::kEnd : Step::kCheck;",
        "  return settled ? say(planned()) : setup_.can_check ? Step::kCheck : Step::kEnd;",
        says="was answered",
    ),
    Mutation(
        "an event that cannot be made rolls back",
        "gateway/transactions/decision.cpp",
        "event_failed ? HalfEnd::kUnresolved : HalfEnd::kCommit",
        "event_failed ? HalfEnd::kRollBack : HalfEnd::kCommit",
        says="given up although it was executed",
    ),
    Mutation(
        "the first no is final without a barrier",
        "gateway/transactions/decision.cpp",
        "    if (rules.barrier) {",
        "    if (rules.barrier || true) {",
        says="is executed after it was said not to be",
    ),
    Mutation(
        "a no counts while the attempt may be under way",
        "gateway/transactions/decision.cpp",
        "if (asked - state.attempt_began >= rules.absent_after && ++decision.absences >= 2) {",
        "if (++decision.absences >= 2) {",
        says="is executed after it was said not to be",
    ),
    Mutation(
        "the key of one consumer is the key of all",
        "gateway/transactions/call_key.cpp",
        "  scope.add(request.consumer);\n",
        "",
        says="goes to",
    ),
    Mutation(
        "another body under the same key is answered",
        "gateway/transactions/decision.cpp",
        "  if (!record->same_payload) return Arrival::kConflict;\n",
        "",
        says="another body",
    ),
    Mutation(
        "each replay renders the answer anew",
        "gateway/transactions/end_call.cpp",
        "before_ = tables::find_answer(session, record_);",
        "static_cast<void>(0);",
        says="was answered",
    ),
    Mutation(
        "who ends it last wins",
        "gateway/transactions/decision.cpp",
        "  if (is_open(state)) return EndVerdict::kEnd;\n",
        "  if (state != HalfState::kPrepared || is_open(state)) return EndVerdict::kEnd;\n",
        test="Regression.ATerminalHalfMessageStays",
    ),
    Mutation(
        "an ended half message is ended again",
        "gateway/transactions/half_tables.cpp",
        "check_request = x'', programs = '' WHERE id = ?1 AND attempt = ?2 AND state IN (0, 3)\"};",
        "check_request = x'', programs = '' WHERE id = ?1 AND attempt = ?2\"};",
        test="Regression.ATerminalHalfMessageStays",
    ),
    Mutation(
        "what a check says of an older attempt counts",
        "gateway/transactions/end_call.cpp",
        "  const tables::Claim claim{end_.record, end_.attempt, end_.boot_id, end_.running};\n",
        "  const auto now_at = end_.running ? std::nullopt : tables::find_record(session, end_.record);\n"
        "  if (now_at) end_.attempt = now_at->attempt;\n"
        "  const tables::Claim claim{end_.record, end_.attempt, end_.boot_id, end_.running};\n",
        test="Regression.WhatIsSaidOfAnOlderAttemptDoesNotCount",
    ),
    Mutation(
        "the call of a process that died is running for ever",
        "gateway/transactions/decision.cpp",
        "      return record->ours ? Arrival::kRunning : Arrival::kUnknown;",
        "      return Arrival::kRunning;",
        says="for ever",
    ),
    Mutation(
        "signatures from before the start are not refused",
        "gateway/security/replay.cpp",
        "  if (signed_at <= started_) return Admit::kBeforeStart;\n",
        "",
        test=NONCES,
        says="works twice",
        more=[("  if (unsafe && signed_at <= started_) return Admit::kBeforeStart;\n", "")],
    ),
    Mutation(
        "what is dated ahead is only known in memory",
        "gateway/app/replay_tables.cpp",
        "    uses.push_back(use);\n",
        "",
        test=NONCES,
        says="works twice",
    ),
]
