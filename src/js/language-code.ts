// Languages as browsers and voice agents name them (BCP 47), as the service does.

/** `"en-US"` → `"en"`; of a text that names no language, nothing. */
export function languageCode(tag: string): string | undefined {
  try {
    // Old and long names become the present ones: cmn is zh, iw is he, tl is fil.
    const { language, region } = new Intl.Locale(tag);
    if (language === "zh" && (region === "HK" || region === "MO")) return "yue";
    return language === "nb" || language === "nn" ? "no" : language;
  } catch {
    return undefined;
  }
}
