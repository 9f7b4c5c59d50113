// Every number that bounds something, with its reason.
#ifndef XAI_PLUGIN_BASE_LIMITS_H_
#define XAI_PLUGIN_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace xai::limits {

// Nesting of any JSON we read.  Real requests and answers stay below 20; the bound also
// bounds the parser's recursion, and so the stack.
inline constexpr int kJsonDepthMax = 64;
// Values in a document of the host: a tree node costs 48 bytes, so this is 50 MB at most.
inline constexpr size_t kJsonNodesMax = 1u << 20;
// Values in one text from the network, an event or a whole body: what is made of a value
// on the way takes up to 64 bytes, though it may be two in the text.
inline constexpr size_t kJsonValuesMax = 1u << 20;
// Scalars kept of an answer of the authorization server or of an error body.
inline constexpr size_t kJsonFieldsMax = 512;
// The path of one: each scalar below a name keeps a copy of it.
inline constexpr size_t kJsonPathBytesMax = 1024;

// What a host may send us in one call: the API refuses larger bodies.
inline constexpr size_t kRequestBytesMax = 32u << 20;
// What a request may become longer by on its way to the wire before its buffer grows,
// which would double what a large one costs.
inline constexpr size_t kWireRoomBytes = 64u << 10;
inline constexpr size_t kConfigBytesMax = 64u << 10;

// The heads of one answer and of those before it (1xx): xAI's are below 4 KiB.
inline constexpr size_t kHeadBytesMax = 64u << 10;
// Bodies: answers of auth.x.ai are below 4 KiB, a model list is below 100 KiB.
inline constexpr size_t kAuthBodyBytesMax = 64u << 10;
inline constexpr size_t kModelsBodyBytesMax = 4u << 20;
inline constexpr size_t kErrorBodyBytesMax = 64u << 10;
// A whole answer that is not streamed, with images in base64; and what is kept of one
// that is, until its end is told.
inline constexpr size_t kAnswerBodyBytesMax = 64u << 20;
// What an entry of a list that is kept counts beside its text: the string around it, or a
// node of the set that finds it.
inline constexpr size_t kAnswerEntryBytes = 48;
// Calls of the host's functions in one answer: more than any model makes.
inline constexpr size_t kToolCallsMax = 256;
// Output items of one answer of /v1/responses: a multi-agent model that searches makes
// hundreds.  Each costs a node in a map, and time to be put in its place.
inline constexpr size_t kOutputItemsMax = 4096;
// One line and one event of a stream: an image in base64 can be 10 MB.
inline constexpr size_t kSseLineBytesMax = 16u << 20;
inline constexpr size_t kSseEventBytesMax = 16u << 20;
// An event that is remembered because the next will be like it: xAI's are below 400
// bytes.
inline constexpr size_t kChunkTemplateBytesMax = 1024;
// Text of several events on its way to the queue; what is longer goes there uncopied.
inline constexpr size_t kJoinedTextBytesMax = 4096;
// Text of a server that we show to a person.
inline constexpr size_t kShownTextBytesMax = 280;

// RFC 8628 gives no bounds; xAI sends interval 5 and expires_in 900 or 1800.
inline constexpr int64_t kIntervalSecondsDefault = 5;
inline constexpr int64_t kIntervalSecondsMin = 1;
inline constexpr int64_t kIntervalSecondsMax = 60;
inline constexpr int64_t kSlowDownSeconds = 5;  // RFC 8628 section 3.5
inline constexpr int64_t kCodeLifeSecondsDefault = 600;
inline constexpr int64_t kCodeLifeSecondsMin = 60;
inline constexpr int64_t kCodeLifeSecondsMax = 1800;
inline constexpr size_t kUserCodeBytesMin = 4;
inline constexpr size_t kUserCodeBytesMax = 32;
inline constexpr size_t kDeviceCodeBytesMax = 4096;
inline constexpr size_t kVerificationUrlBytesMax = 512;
// A live flow is handed out again only if a person can still use it.
inline constexpr int64_t kFlowReuseMsMin = 60'000;

// Tokens: about 820 and 86 bytes today.
inline constexpr size_t kTokenBytesMax = 16u << 10;
inline constexpr int64_t kTokenLifeSecondsDefault = 3600;
// Whatever is claimed, a token is not relied on for longer; xAI's live for six hours.
inline constexpr int64_t kTokenLifeSecondsMax = int64_t{30} * 86'400;
// Refresh this long before expiry, so that an outage of 40 minutes passes unnoticed; a
// quarter of the life for tokens that live less than three hours.
inline constexpr int64_t kRefreshAheadMs = int64_t{45} * 60'000;
// A provider that nobody asks renews up to this much later, by chance, so that many
// processes do not meet; a quarter of the time ahead at most.
inline constexpr int64_t kRefreshJitterMs = 60'000;
// Nothing is renewed unasked before: a program that only wants to know the status, and
// leaves, makes no connection.
inline constexpr int64_t kRenewalStartMs = 5'000;
// The wall clock may be set at any time: so often an idle provider compares the expiry
// with it.
inline constexpr int64_t kRenewalCheckMs = 60'000;
// A token that was renewed so recently is not expired, whatever the wall clock says: one
// that is set again and again would renew it each time.  A quarter of a shorter life.
inline constexpr int64_t kRenewalRestMs = 30'000;
// A token that is refused so soon after it was minted is not at fault: servers lag.
inline constexpr int64_t kFreshMintMs = 120'000;
// Between two attempts of a refresh that failed for a passing reason.
inline constexpr int64_t kRefreshBackoffMinMs = 5'000;
inline constexpr int64_t kRefreshBackoffMaxMs = 60'000;
// After invalid_client the fault is in the configuration; asking again is pointless.
inline constexpr int64_t kInvalidClientCooldownMs = int64_t{30} * 60'000;
// A refresh without an answer may be presented once more while xAI still accepts the
// token.
inline constexpr int64_t kRepresentWithinMs = 10'000;

// Waiting for another process's transaction, longer than a token exchange.
inline constexpr int64_t kLockWaitMs = 30'000;
// Between two tries for the lock: far below the time of an exchange, and no load.
inline constexpr int64_t kLockPollMs = 5;
// An answer that cannot be had again waits so long for memory, and looks so often: within
// the time that others wait for the lock.
inline constexpr int64_t kMemoryWaitMs = 5'000;
inline constexpr int64_t kMemoryPollMs = 20;
// What a host's store may wait for its lock in one call: we see a destroy() in between.
inline constexpr int64_t kHostLockSliceMs = 250;
// Between two attempts to write a credential that the disk did not take: soon, since the
// new token is in memory alone, and then ever more rarely.
inline constexpr int64_t kFlushBackoffMinMs = 1'000;
inline constexpr int64_t kFlushBackoffMaxMs = 60'000;
inline constexpr int64_t kTokenConnectMs = 10'000;
inline constexpr int64_t kTokenTotalMs = 20'000;
inline constexpr int64_t kRevokeTotalMs = 5'000;
inline constexpr int64_t kModelsTotalMs = 30'000;
inline constexpr int64_t kRetryAfterMsMax = 86'400'000;
inline constexpr int64_t kRetryWaitMsMax = 30'000;
inline constexpr int kRetriesMax = 2;
// A request whose connection is lost without an answer goes again only so soon after it
// was sent: enough for a used connection that the server had just closed, and less than a
// model works for.  What is lost later was perhaps answered, and is paid for each time.
inline constexpr int64_t kResendWithinMs = 2'000;
// The end of the year 9999.  A host's clock that is past it is broken, and times are
// added to what it says.
inline constexpr int64_t kWallClockMsMax = 253'402'300'799'999;
// A request of a month has no end for anybody, and may be added to any time.
inline constexpr int64_t kRequestTimeoutMsMax = 2'592'000'000;

// A sealed file: header and at most this much ciphertext.
inline constexpr size_t kSealedBytesMax = 256u << 10;
inline constexpr size_t kKeyFileBytes = 32;
// Room that is reserved before a token is spent: a credential with room to grow.
inline constexpr size_t kReserveBytes = 16u << 10;
inline constexpr int kQuarantineFilesMax = 3;
// Looking for what other processes wrote, where the kernel tells of it: this long after
// the first file changed, since a sign-in changes three;
inline constexpr int64_t kStoreSettleMs = 100;
// then not again for so long, whatever they write;
inline constexpr int64_t kStoreRestMs = 900;
// and without being told, in case a parent of the directory was replaced.
inline constexpr int64_t kStoreRecheckMs = 60'000;
// Where nobody tells (no directory yet, a network file system, no watch to be had): a
// compromise between a sign-in that is soon seen and a machine that sleeps.
inline constexpr int64_t kStoreLookMs = 2'000;

// Models.
inline constexpr size_t kModelIdBytesMax = 128;
inline constexpr size_t kModelsMax = 256;

// Requests.
inline constexpr int kToolsMax = 128;
inline constexpr int64_t kWindowBytesDefault = 262'144;
inline constexpr int64_t kWindowBytesMin = 4'096;
inline constexpr int64_t kWindowBytesMax = 64 << 20;
inline constexpr int kMaxRequestsCap = 4096;
// What a waiting event counts in the window beside its bytes: the queue's record of it.
inline constexpr size_t kEventRecordBytes = 48;
// What an idle queue keeps of each of its two arenas after a burst: the default window of
// one request, so that a stream that is read in time never allocates.
inline constexpr size_t kQueueBytesKept = 256u << 10;
inline constexpr size_t kQueueRecordsKept = 4096;
// Descriptors that we leave to the host.
inline constexpr int kDescriptorReserve = 64;

}  // namespace xai::limits

#endif  // XAI_PLUGIN_BASE_LIMITS_H_
