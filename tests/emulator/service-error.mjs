// Every refusal the service is known to give, by its native code, with the HTTP status it comes with and its words.

/** @typedef {{ status: number, message: string }} KnownError */

const help = (anchor) => `For details, see: https://help.aliyun.com/zh/model-studio/error-code#${anchor}`;

/** @type {Record<string, KnownError>} */
const KNOWN = {
  InvalidParameter: {
    status: 400,
    message: "Required parameter(s) missing or invalid, please check the request parameters.",
  },
  "InvalidParameter.DataInspection": {
    status: 400,
    message: "Unable to download the media resource during the data inspection process.",
  },
  InvalidURL: { status: 400, message: "Required URL is missing or invalid, please check the request URL." },
  "InvalidURL.ConnectionRefused": {
    status: 400,
    message: "Connection to the URL refused, please provide available URL",
  },
  "InvalidURL.Timeout": { status: 400, message: "Download of the URL timed out, please check network connection" },
  "BadRequest.EmptyInput": { status: 400, message: 'Required parameter "input" missing from request.' },
  "BadRequest.EmptyParameters": { status: 400, message: 'Required parameter "parameters" missing from request.' },
  "BadRequest.EmptyModel": { status: 400, message: 'Required parameter "model" missing from request.' },
  "BadRequest.IllegalInput": { status: 400, message: "The input parameter requires json format." },
  "BadRequest.InputDownloadFailed": { status: 400, message: "Failed to download the input file." },
  "BadRequest.UnsupportedFileFormat": { status: 400, message: "File format unsupported." },
  "BadRequest.TooLarge": { status: 400, message: "Payload Too Large" },
  "BadRequest.ResourceNotExist": { status: 416, message: "The Required resource not exist" },
  "InvalidFile.DownloadFailed": { status: 400, message: "The audio file cannot be downloaded." },
  "InvalidFile.AudioLengthError": {
    status: 400,
    message: "The audio length should not be less than 1s or more than 300s.",
  },
  "InvalidFile.Size": { status: 400, message: "The size of the file is invalid." },
  "InvalidFile.Duration": { status: 400, message: "The duration of the file is invalid." },
  "InvalidFile.Openerror": { status: 400, message: "Invalid file, cannot open file." },
  "InvalidFile.Format": { status: 400, message: "Invalid file format." },
  UnsupportedOperation: { status: 400, message: "The operation is unsupported on the referee object." },
  ClientDisconnect: { status: 400, message: "Client disconnected before task finished!" },
  Arrearage: {
    status: 400,
    message: `Access denied, please make sure your account is in good standing. ${help("overdue-payment")}`,
  },
  DataInspectionFailed: { status: 400, message: "Input data may contain inappropriate content." },
  ASR_RESPONSE_HAVE_NO_WORDS: { status: 400, message: "ASR_RESPONSE_HAVE_NO_WORDS" },
  AUDIO_DURATION_TOO_LONG: { status: 400, message: "audio duration (301008.0ms) over service process (300s)" },
  InvalidApiKey: { status: 401, message: "Invalid API-key provided." },
  AccessDenied: { status: 403, message: "Access denied." },
  "AccessDenied.Unpurchased": {
    status: 403,
    message: "Access to model denied. Please make sure you are eligible for using the model.",
  },
  "Model.AccessDenied": { status: 403, message: "Model access denied." },
  "Workspace.AccessDenied": { status: 403, message: "Workspace access denied." },
  "Endpoint.AccessDenied": { status: 403, message: "Endpoint access denied." },
  "AllocationQuota.FreeTierOnly": {
    status: 403,
    message: 'The free quota has been exhausted. To continue, disable the "free tier only" mode in the console.',
  },
  ModelNotFound: { status: 404, message: "Model can not be found." },
  model_not_supported: { status: 404, message: "Unsupported model for OpenAI compatibility mode." },
  WorkSpaceNotFound: { status: 404, message: "WorkSpace can not be found." },
  NotFound: { status: 404, message: "Not found!" },
  RequestTimeOut: { status: 504, message: "Request timed out, please try again later." },
  Conflict: { status: 409, message: "The resource is in conflict with another request." },
  CommodityNotPurchased: { status: 429, message: "Commodity has not purchased yet." },
  PrepaidBillOverdue: { status: 429, message: "The prepaid bill is overdue." },
  PostpaidBillOverdue: { status: 429, message: "The postpaid bill is overdue." },
  Throttling: { status: 429, message: "Requests throttling triggered." },
  "Throttling.RateQuota": { status: 429, message: "Requests rate limit exceeded, please try again later." },
  LimitRequests: { status: 429, message: "You exceeded your current requests list." },
  "Throttling.BurstRate": {
    status: 429,
    message:
      "Request rate increased too quickly. Please adjust your client logic to scale requests more smoothly over time.",
  },
  "Throttling.Concurrency": { status: 429, message: "Requests concurrency limit exceeded, please try again later." },
  "Throttling.AllocationQuota": { status: 429, message: "Allocated quota exceeded, please increase your quota limit." },
  InternalError: {
    status: 500,
    message: "An internal error has occured, please try again later or contact service support.",
  },
  "InternalError.Algo": {
    status: 500,
    message: "An internal error has occured during execution, please try again later.",
  },
  "InternalError.Timeout": { status: 500, message: "An internal timeout error has occured during execution." },
  "InternalError.FileUpload": { status: 500, message: "Upload the results to OSS failed, please try again later." },
  SystemError: { status: 500, message: "An system error has occured, please try again later." },
  ModelServiceFailed: { status: 500, message: "Failed to request model service." },
  ServiceUnavailable: { status: 503, message: "Service is unavailable, please try again later." },
  ModelUnavailable: { status: 503, message: "Model is unavailable, please try again later." },
};

/** What a bare status most often means. */
const TYPICAL = {
  400: "InvalidParameter",
  401: "InvalidApiKey",
  403: "AccessDenied",
  404: "ModelNotFound",
  408: "RequestTimeOut",
  409: "Conflict",
  416: "BadRequest.ResourceNotExist",
  429: "Throttling.RateQuota",
  500: "InternalError",
  502: "SystemError",
  503: "ServiceUnavailable",
  504: "RequestTimeOut",
};

/** The OpenAI-compatible front door renames some codes; `[code, type]`. */
const COMPATIBLE = {
  InvalidApiKey: ["invalid_api_key", "invalid_request_error"],
  ModelNotFound: ["model_not_found", "invalid_request_error"],
  model_not_supported: ["model_not_supported", "invalid_request_error"],
  DataInspectionFailed: ["data_inspection_failed", "data_inspection_failed"],
  "Throttling.RateQuota": ["limit_requests", "limit_requests"],
  "Throttling.BurstRate": ["limit_burst_rate", "limit_burst_rate"],
  "Throttling.AllocationQuota": ["insufficient_quota", "insufficient_quota"],
  InternalError: ["internal_error", "internal_server_error"],
};

const COMPATIBLE_MESSAGES = {
  InvalidApiKey: `Incorrect API key provided. ${help("apikey-error")}`,
  ModelNotFound: "The model does not exist or you do not have access to it.",
  "Throttling.RateQuota": "You have exceeded your current request limit, please try again later.",
  "Throttling.AllocationQuota":
    "You exceeded your current quota, please check your plan and billing details. For more information, see the error code page.",
};

/** Refusals of what the caller sent: one code for all of them behind the OpenAI-compatible door. */
const INPUT = /^(InvalidParameter|InvalidURL|BadRequest|InvalidFile|AUDIO_DURATION_TOO_LONG|UnsupportedOperation)/;

/** A refusal; thrown anywhere below a route and turned into that route's error shape by the server. */
export class ServiceError extends Error {
  /**
   * @param {string} code native code
   * @param {string} [message] the service's own words for this code when absent
   * @param {number} [status] the status this code usually has when absent
   */
  constructor(code, message, status) {
    super(message ?? KNOWN[code]?.message ?? code);
    this.code = code;
    this.status = status ?? KNOWN[code]?.status ?? 400;
    this.ownWords = message !== undefined;
  }

  /** The native body. @param {string} requestId */
  toNative(requestId) {
    return { code: this.code, message: this.message, request_id: requestId };
  }

  /** The OpenAI-compatible body. @param {string} requestId */
  toCompatible(requestId) {
    const [code, type] = COMPATIBLE[this.code] ?? (INPUT.test(this.code) ? GENERIC_INPUT : [this.code, this.code]);
    const message = this.ownWords ? this.message : (COMPATIBLE_MESSAGES[this.code] ?? this.message);
    return { error: { message, type, param: null, code }, request_id: requestId };
  }
}

const GENERIC_INPUT = ["invalid_parameter_error", "invalid_request_error"];

/** Something is wrong with the audio or a value; the model's own words, which both doors pass on. @param {string} reason */
export function invalidParameter(reason) {
  return new ServiceError("InvalidParameter", `<400> InternalError.Algo.InvalidParameter: ${reason}`);
}

/**
 * An error as a fault switch describes it: by code (native or compatible spelling), by status, or by both.
 * @param {{ status?: number, code?: string, message?: string }} wish
 */
export function describedError({ status, code, message }) {
  const renamed = Object.entries(COMPATIBLE).find(([, [compatible]]) => compatible === code)?.[0];
  const native =
    renamed ?? code ?? TYPICAL[status ?? 400] ?? (Number(status) >= 500 ? "InternalError" : "InvalidParameter");
  return new ServiceError(native, message, status);
}
