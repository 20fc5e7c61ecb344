// What a signature of version 2 covers of a request's head (docs/signing.md).
#pragma once

#include "core/result.h"
#include "net/http1_request.h"
#include "security/signature_v2.h"

namespace causeway::plugins {

/// Views into the head. 40090 when a signed header occurs twice, be it once as a system behind might spell it
/// (`Content_Type`): one of them could be taken for the signed one.
Result<security::SignedHead> signed_head(const net::RequestHead& head);

}  // namespace causeway::plugins
