// multipart/form-data as strictly as the object store reads it: a bare boundary, Content-Disposition first in every part.

/** @typedef {{ name: string, fileName?: string, contentType?: string, content: Buffer }} FormPart */

export class MalformedForm extends Error {}

/**
 * @param {Buffer} body
 * @param {string} contentType
 * @returns {FormPart[]} in the order in which they were sent
 */
export function readForm(body, contentType) {
  const boundary = /^multipart\/form-data;\s*boundary=([^\s;"]+)\s*$/i.exec(contentType)?.[1];
  // A boundary in quotes is good MIME, and refused all the same (measured at the service).
  if (!boundary) throw new MalformedForm("The content type has no unquoted boundary.");
  const delimiter = Buffer.from(`--${boundary}`);
  const parts = [];
  let at = body.indexOf(delimiter);
  if (at < 0) throw new MalformedForm("The body does not contain the boundary.");
  for (;;) {
    at += delimiter.length;
    if (body.subarray(at, at + 2).toString() === "--") return parts;
    const headEnd = body.indexOf("\r\n\r\n", at);
    const next = body.indexOf(Buffer.concat([Buffer.from("\r\n"), delimiter]), headEnd + 2);
    if (headEnd < 0 || next < 0) throw new MalformedForm("The body ends in the middle of a part.");
    const head = body.subarray(at + 2, headEnd).toString("utf8");
    parts.push(readPart(head, body.subarray(headEnd + 4, next)));
    at = next + 2;
  }
}

function readPart(head, content) {
  const [first, ...others] = head.split("\r\n");
  const disposition = /^content-disposition:\s*form-data;(.*)$/i.exec(first)?.[1];
  if (disposition === undefined) throw new MalformedForm("The first header of a part must be Content-Disposition.");
  const parameter = (name) => {
    const found = new RegExp(`(?:^|;)\\s*${name}=(?:"([^"]*)"|([^;\\s]+))`, "i").exec(disposition);
    return found ? (found[1] ?? found[2]) : undefined;
  };
  const name = parameter("name");
  if (name === undefined) throw new MalformedForm("A part has no name.");
  const contentType = others.map((line) => /^content-type:\s*(.*)$/i.exec(line)?.[1]).find(Boolean);
  return { name, fileName: parameter("filename"), contentType, content };
}
