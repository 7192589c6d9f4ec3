// The same dialect C answer, arranged as different hosts arrange it.
import { FaultMistake } from "./faults.mjs";

/**
 * @param {{ text: string, sentence?: object, sentences?: object[] }} output
 * @param {{ layout: string, requestId: string, usage?: object }} context
 */
export function arrangeFlash(output, { layout, requestId, usage }) {
  const rest = { ...(usage && { usage }), request_id: requestId };
  const { text, ...withoutText } = output;
  switch (layout) {
    case "documented":
      return { output, ...rest };
    // Measured on the shared host: everything twice inside output.
    case "shared":
      return { output: { ...output, output: { ...output }, ...(usage && { usage }) }, ...rest };
    // Measured on workspace hosts: at the top, and again inside output.
    case "workspace":
      return {
        ...output,
        request_id: requestId,
        output: { ...output, request_id: requestId },
        ...(usage && { usage }),
      };
    case "top":
      return { ...output, ...rest };
    case "nested":
      return { output: { output }, ...rest };
    case "sentence":
      return { output: withoutText, ...rest };
    case "nested-sentence":
      return { output: { output: withoutText }, ...rest };
    default:
      throw new FaultMistake(
        `layout=${layout}: documented, shared, workspace, top, nested, sentence or nested-sentence`,
      );
  }
}
