// Every error that the emulator can give: the status, the code and the words that the service has for it, and who says so.
// Nothing else in the emulator words an error of the service's; `service-errors.test.mjs` watches over that, and
// `tests/client/service-words.test.mjs` shows what the package makes of each.

/** The service's list of errors, in English; the Chinese one has the newer rows. */
const LIST = "https://www.alibabacloud.com/help/en/model-studio/error-code";
const LIST_ZH = "https://help.aliyun.com/zh/model-studio/error-code";
/** The same list as it was before 2025. */
const OLD_LIST = "https://help.aliyun.com/zh/dashscope/return-status-code-description";
/** HTTP as it was recorded: test/Cnblogs.DashScope.Tests.Shared/RawHttpData. */
const RECORDED = "https://github.com/cnblogs/dashscope-sdk";
const FORM_ERRORS =
  "https://www.alibabacloud.com/help/en/oss/how-to-handle-common-errors-when-the-postobject-operation-is-called";
/** With siblings for 403 and 404. */
const STORE_ERRORS = "https://www.alibabacloud.com/help/en/oss/support/http-400-status-code";

/** Nobody has published the service's words for it: these are ours, and no code may depend on them. */
export const OURS = "not known to us: our words";

/** The words with which models refuse what they are given stand behind this. */
const MODEL = "<400> InternalError.Algo.InvalidParameter: ";

/**
 * @typedef {object} KnownError
 * @property {number} status
 * @property {string} code the native one
 * @property {string} message with `{name}` where a value of the case at hand stands
 * @property {string} source an address, a `repository#thread` with what stands there, or `OURS`
 * @property {[code: string, type: string, message?: string]} [compatible] where the OpenAI-compatible door says it otherwise
 */

/** @type {(status: number, code: string, message: string, source?: string, compatible?: KnownError["compatible"]) => KnownError} */
const error = (status, code, message, source = LIST_ZH, compatible = undefined) => ({
  status,
  code,
  message,
  source,
  ...(compatible && { compatible }),
});

/** @type {Record<string, KnownError>} */
export const SERVICE_ERRORS = {
  // The request as a whole.
  "no-key": error(
    401,
    "InvalidApiKey",
    "No API-key provided.",
    "https://help.aliyun.com/zh/model-studio/text-to-image-v2-api-reference, the sample of a failed answer",
    ["invalid_api_key", "invalid_request_error"],
  ),
  "wrong-key": error(401, "InvalidApiKey", "Invalid API-key provided.", RECORDED, [
    "invalid_api_key",
    "invalid_request_error",
    "Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/error-code#apikey-error",
  ]),
  "no-such-path": error(404, "NotFound", "Not found!"),
  "wrong-method": error(400, "InvalidParameter", "Request method '{method}' is not supported."),
  "not-json": error(400, "BadRequest.IllegalInput", "The input parameter requires json format."),
  "no-model": error(400, "BadRequest.EmptyModel", 'Required parameter "model" missing from request.', LIST_ZH, [
    "invalid_parameter_error",
    "invalid_request_error",
    "you must provide a model parameter.",
  ]),
  "no-input": error(400, "BadRequest.EmptyInput", "Required input parameter missing from request."),
  "no-parameters": error(400, "BadRequest.EmptyParameters", 'Required parameter "parameters" missing from request.'),
  "wrong-parameter": error(
    400,
    "InvalidParameter",
    "Required parameter({name}) missing or invalid, please check the request parameters.",
  ),
  "unknown-model": error(404, "ModelNotFound", "Model can not be found.", LIST_ZH, [
    "model_not_found",
    "invalid_request_error",
    "The model `{model}` does not exist or you do not have access to it.",
  ]),
  "not-compatible": error(
    404,
    "model_not_supported",
    "Unsupported model `{model}` for OpenAI compatibility mode.",
    LIST_ZH,
    ["model_not_supported", "invalid_request_error"],
  ),
  "tasks-only": error(403, "AccessDenied", "current user api does not support synchronous calls."),
  "no-tasks": error(403, "AccessDenied", "Current user api does not support asynchronous calls."),

  // What stands in messages.
  "no-messages": error(400, "InvalidParameter", "[] is too short - 'messages'"),
  "no-user": error(
    400,
    "InvalidParameter",
    `${MODEL}The input messages do not contain elements with the role of user.`,
  ),
  "bad-role": error(
    400,
    "InvalidParameter",
    "Role must be user or assistant and Content length must be greater than 0",
    RECORDED,
  ),
  "bad-content": error(400, "InvalidParameter", `${MODEL}The item of content should be a message of a certain modal.`),
  "stream-options": error(400, "InvalidParameter", "'stream_options' only set this when you set stream: true", OURS),

  // The audio.
  "audio-empty": error(400, "InvalidParameter", `${MODEL}The audio is empty`),
  "audio-too-long": error(
    400,
    "InvalidParameter",
    `${MODEL}The audio is too long`,
    "Joycai/simple-ai-writer, src/lib/asr/__tests__/sync.test.ts: qwen3-asr-flash with an MP3 of 330 s",
  ),
  "audio-over-process": error(
    400,
    "AUDIO_DURATION_TOO_LONG",
    "audio duration ({milliseconds}ms) over service process ({seconds}s)",
    `measured with qwen-audio-3.1-asr-flash and 301 s; the code in ${LIST_ZH}`,
  ),
  "audio-not-opened": error(
    400,
    "InvalidParameter",
    `${MODEL}The audio format is illegal and cannot be opened`,
    `JimLiu/baocut#4, and ${LIST}`,
  ),
  "file-not-opened": error(400, "InvalidParameter", `${MODEL}The file format is illegal and cannot be opened`, LIST),
  "media-not-supported": error(
    400,
    "InvalidParameter.DataInspection",
    "The media format is not supported or incorrect for the data inspection.",
    LIST,
  ),
  "data-url-too-large": error(
    400,
    "BadRequest.TooLarge",
    "Exceeded limit on max bytes per data-uri item : {limit}",
    `the words in ${LIST}, the code as measured with qwen-audio-3.1-asr-flash`,
  ),
  "string-too-long": error(
    400,
    "InvalidParameter",
    "String value length ({length}) exceeds the maximum allowed ({limit}, from `StreamReadConstraints.getMaxStringLength()`)",
    "FasterXML/jackson-core, StreamReadConstraints.java",
  ),
  "file-too-large": error(400, "InvalidParameter", `${MODEL}Multimodal file size is too large`, LIST),
  "bad-url": error(
    400,
    "InvalidParameter",
    "url error, please check url！",
    `alibaba/spring-ai-alibaba#2378, and ${LIST}`,
  ),
  "bad-data-url": error(
    400,
    "InvalidParameter",
    `${MODEL}The provided URL does not appear to be valid. Ensure it is correctly formatted.`,
    LIST,
  ),
  "download-failed": error(400, "BadRequest.InputDownloadFailed", "Failed to download the input file: {url}"),
  "download-multimodal": error(400, "InvalidParameter", `${MODEL}Failed to download multimodal content.`, LIST),
  "inspection-download": error(
    400,
    "InvalidParameter.DataInspection",
    "Unable to download the media resource during the data inspection process.",
    LIST,
  ),
  "connection-refused": error(
    400,
    "InvalidURL.ConnectionRefused",
    "Connection to {url} refused, please provide available URL.",
  ),
  "download-timeout": error(400, "InvalidURL.Timeout", "Download {url} timeout, please check network connection."),
  "missing-url": error(400, "InvalidURL", "Required URL is missing or invalid, please check the request URL."),
  "upload-not-found": error(400, "InvalidFile.DownloadFailed", "The audio file cannot be downloaded."),
  "no-file-urls": error(400, "InvalidParameter", "input must contain file_urls", LIST),
  "unsupported-file": error(400, "BadRequest.UnsupportedFileFormat", "File format unsupported."),
  "file-length": error(400, "InvalidFile.AudioLengthError", "Audio length must be between 1s and 300s."),
  "file-size": error(
    400,
    "InvalidFile.Size",
    "Invalid file size. The video/audio/image file size must be less than 15MB.",
  ),
  "file-duration": error(400, "InvalidFile.Duration", "Invalid file duration. The file duration must be 1 s ~ 300 s."),
  "file-open": error(400, "InvalidFile.Openerror", "Invalid file, cannot open file as video/audio/image."),
  "file-format": error(
    400,
    "InvalidFile.Format",
    "Invalid file format，the request file format is one of the following types: MP4, AVI, MOV, MP3, WAV, AAC, JPEG, JPG, PNG, BMP, and WEBP.",
  ),
  "no-words": error(400, "ASR_RESPONSE_HAVE_NO_WORDS", "ASR_RESPONSE_HAVE_NO_WORDS", LIST_ZH),
  "no-fragment": error(400, "SUCCESS_WITH_NO_VALID_FRAGMENT", "SUCCESS_WITH_NO_VALID_FRAGMENT", LIST_ZH),

  // Tasks and lists.
  "not-pending": error(
    400,
    "UnsupportedOperation",
    "Failed to cancel the task, please confirm if the task is in PENDING status.",
    RECORDED,
  ),
  unsupported: error(400, "UnsupportedOperation", "The operation is unsupported on the referee object."),
  "no-such-list": error(
    416,
    "BadRequest.ResourceNotExist",
    "The Required resource not exist.",
    "https://help.aliyun.com/zh/model-studio/custom-hot-words (the status); the words in the list of errors",
  ),
  "too-many-lists": error(400, "Throttling.AllocationQuota", "Free allocated quota exceeded."),
  disconnected: error(400, "ClientDisconnect", "Client disconnected before task finished!"),

  // The account.
  arrears: error(
    400,
    "Arrearage",
    "Access denied, please make sure your account is in good standing. For details, see: https://help.aliyun.com/zh/model-studio/error-code#overdue-payment",
    `QwenLM/Qwen3-ASR-Toolkit#2, and ${LIST}`,
  ),
  inspection: error(400, "DataInspectionFailed", "Input data may contain inappropriate content.", LIST, [
    "data_inspection_failed",
    "data_inspection_failed",
  ]),
  "access-denied": error(403, "AccessDenied", "Access denied."),
  unpurchased: error(
    403,
    "AccessDenied.Unpurchased",
    "Access to model denied. Please make sure you are eligible for using the model.",
  ),
  "model-access": error(403, "Model.AccessDenied", "Model access denied."),
  "workspace-access": error(403, "Workspace.AccessDenied", "Workspace access denied."),
  "endpoint-access": error(403, "Endpoint.AccessDenied", "Endpoint access denied.", LIST),
  "free-tier-only": error(
    403,
    "AllocationQuota.FreeTierOnly",
    'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode in the management console.',
  ),
  "no-workspace": error(404, "WorkSpaceNotFound", "WorkSpace can not be found."),
  conflict: error(409, "Conflict", "Model instance xxx already exists, please specify a suffix."),
  "not-purchased": error(429, "CommodityNotPurchased", "Commodity has not purchased yet."),
  prepaid: error(429, "PrepaidBillOverdue", "The prepaid bill is overdue."),
  postpaid: error(429, "PostpaidBillOverdue", "The postpaid bill is overdue."),

  // Too much at once.
  throttled: error(429, "Throttling", "Requests throttling triggered."),
  "rate-quota": error(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.", LIST_ZH, [
    "limit_requests",
    "limit_requests",
    "You have exceeded your request limit.",
  ]),
  "limit-requests": error(429, "LimitRequests", "You exceeded your current requests list."),
  burst: error(
    429,
    "Throttling.BurstRate",
    "Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time.",
    LIST_ZH,
    ["limit_burst_rate", "limit_burst_rate"],
  ),
  concurrency: error(
    429,
    "Throttling.Concurrency",
    "Requests concurrency limit exceeded, please try again later.",
    OLD_LIST,
  ),
  "token-quota": error(
    429,
    "Throttling.AllocationQuota",
    "Allocated quota exceeded, please increase your quota limit.",
    `${LIST_ZH}; that it passes: can1357/oh-my-pi#8496`,
    [
      "insufficient_quota",
      "insufficient_quota",
      "You exceeded your current quota, please check your plan and billing details.",
    ],
  ),
  "free-quota": error(429, "Throttling.AllocationQuota", "Free allocated quota exceeded.", LIST_ZH, [
    "insufficient_quota",
    "insufficient_quota",
  ]),

  // The service itself.
  internal: error(
    500,
    "InternalError",
    "An internal error has occured, please try again later or contact service support.",
    LIST_ZH,
    ["internal_error", "internal_server_error"],
  ),
  algorithm: error(
    500,
    "InternalError.Algo",
    "An internal error has occured during execution, please try again later or contact service support.",
  ),
  "internal-timeout": error(
    500,
    "InternalError.Timeout",
    "An internal timeout error has occured during execution, please try again later or contact service support.",
  ),
  "result-upload": error(500, "InternalError.FileUpload", "oss upload error."),
  system: error(500, "SystemError", "An system error has occured, please try again later."),
  "model-service": error(500, "ModelServiceFailed", "Failed to request model service."),
  "request-timeout": error(500, "RequestTimeOut", "Request timed out, please try again later."),
  unavailable: error(503, "ServiceUnavailable", "Service is unavailable, please try again later.", OLD_LIST),
  "model-unavailable": error(503, "ModelUnavailable", "Model is unavailable, please try again later."),
  "model-serving": error(
    503,
    "ModelServingError",
    "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.",
  ),
};

/** What a realtime task fails with besides. @type {Record<string, KnownError>} */
export const LIVE_ERRORS = {
  "no-audio": error(
    500,
    "CLIENT_ERROR",
    "request timeout after 23 seconds.",
    "https://www.alibabacloud.com/help/en/model-studio/fun-asr-server-events, the sample of task-failed",
  ),
  // That it ends is documented (the parameter heartbeat), how it says so is not.
  "no-speech": error(500, "CLIENT_ERROR", "no speech for 60 seconds", OURS),
};

/** Why a task, or a file of it, came to nothing: its code, which is its message, too, unless there is one. */
export const FILE_ERRORS = {
  "InvalidFile.DownloadFailed": { message: "The audio file cannot be downloaded.", source: LIST },
  InvalidParameter: {
    message: "Required parameter({name}) missing or invalid, please check the request parameters.",
    source: LIST_ZH,
  },
  // A worker of the task that fails, not the file.
  InternalError: {
    message: "An internal error has occured, please try again later or contact service support.",
    source: LIST_ZH,
  },
  ASR_RESPONSE_HAVE_NO_WORDS: { source: LIST_ZH },
  SUCCESS_WITH_NO_VALID_FRAGMENT: { source: LIST_ZH },
  FILE_403_FORBIDDEN: {
    source:
      "https://www.alibabacloud.com/help/en/model-studio/qwen-asr-api-reference (code and message of a failed task)",
  },
  FILE_404_NOT_FOUND: { source: LIST_ZH },
  FILE_DOWNLOAD_FAILED: { source: LIST_ZH },
  FILE_CHECK_FAILED: { source: LIST_ZH },
  FILE_TOO_LARGE: { source: LIST_ZH },
  FILE_NORMALIZE_FAILED: { source: LIST_ZH },
  FILE_PARSE_FAILED: { source: LIST_ZH },
  MKV_PARSE_FAILED: { source: LIST_ZH },
  FILE_TRANS_TASK_EXPIRED: { source: LIST_ZH },
  REQUEST_INVALID_FILE_URL_VALUE: { source: LIST_ZH },
  CONTENT_LENGTH_CHECK_FAILED: { source: LIST_ZH },
  FILE_SERVER_ERROR: { source: LIST_ZH },
  AUDIO_DURATION_TOO_LONG: { source: LIST_ZH },
  DECODE_ERROR: { source: LIST_ZH },
  NO_VALID_AUDIO_ERROR: { source: LIST_ZH },
};

/** What the object store says, in XML. */
export const STORE_ERRORS_BY_NAME = {
  "no-such-object": store(404, "NoSuchKey", "The specified key does not exist.", STORE_ERRORS),
  "two-authorisations": store(
    400,
    "InvalidArgument",
    "Only one auth mechanism allowed: the query or the header.",
    OURS,
  ),
  "wrong-signature": store(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    FORM_ERRORS,
  ),
  "link-expired": store(403, "AccessDenied", "Request has expired.", STORE_ERRORS),
  internal: store(500, "InternalError", "We encountered an internal error. Please try again.", OURS),
  "bad-form": store(
    400,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
    FORM_ERRORS,
  ),
  "no-file": store(400, "InvalidArgument", "POST requires exactly one file upload per request.", OURS),
  anonymous: store(403, "AccessDenied", "Anonymous access is forbidden for this operation.", OURS),
  "unknown-key-id": store(
    403,
    "InvalidAccessKeyId",
    "The OSS Access Key Id you provided does not exist in our records.",
    FORM_ERRORS,
  ),
  "policy-expired": store(403, "AccessDenied", "Invalid according to Policy: Policy expired.", FORM_ERRORS),
  "policy-broken": store(
    403,
    "AccessDenied",
    "Invalid according to Policy: Policy Condition failed: {rule}",
    FORM_ERRORS,
  ),
  "object-exists": store(
    409,
    "FileAlreadyExists",
    "The object you specified already exists and can not be overwritten.",
    OURS,
  ),
  "too-large": store(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.", OURS),
};

/** What stands before the service when it is not there: nginx's own page. */
export const GATEWAY_PAGE = {
  status: 502,
  text: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
  source: "nginx/nginx, src/http/ngx_http_special_response.c",
};

function store(status, code, message, source) {
  return { status, code, message, source };
}

/** The words for the case at hand. @param {string} message @param {Record<string, unknown>} values */
export function worded(message, values) {
  return message.replaceAll(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
