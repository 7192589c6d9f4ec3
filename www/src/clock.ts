// Lengths of time, for the eye and for the ear.

/** `65.2` → `1:05`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** `65` → `1 minute 5 seconds`: for people who listen to the page. */
export function saySeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const parts = [count(hours, "hour"), count(minutes, "minute"), count(whole % 60, "second")];
  return parts.filter((part) => part !== "").join(" ") || "0 seconds";
}

function count(amount: number, unit: string): string {
  if (amount === 0) return "";
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}
