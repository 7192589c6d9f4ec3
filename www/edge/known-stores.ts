// The stores that the service is known to use, where the operator names none.

/** From the operators' documents and recorded answers; `*` stands for letters, digits and hyphens within one label. */
export const DEFAULT_RESULT_HOSTS = [
  "dashscope-result-*.oss-*.aliyuncs.com",
  "dashscope-7c2c.oss-cn-shanghai.aliyuncs.com",
] as const;
export const DEFAULT_UPLOAD_HOSTS = ["dashscope-file-mgr.oss-*.aliyuncs.com"] as const;
