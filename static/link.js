// Links that hold a person's files and settings behind the `#`, where no server sees them. Each begins with the version of
// its form; what an older version wrote is read for ever.
//
// Version 1: JSON `{files: [{path, text, format?}], context?: {host?, reach?}, builder?}` as UTF-8, raw DEFLATE, base64url.

/** Nothing longer than this comes out of a link, in bytes, whatever it is when packed. */
const MOST = 8 << 20;

const VERSIONS = {
  async v1(payload) {
    return JSON.parse(await inflate(payload.replaceAll("-", "+").replaceAll("_", "/")));
  },
};

/** What the link holds: `null` for no link, an error with a sentence for people if it can't be read. */
export const read = async (hash) => {
  const found = /^#(v\d+)\.([\w-]*)$/.exec(hash);
  if (!found) return null;
  const [, version, payload] = found;
  if (!Object.hasOwn(VERSIONS, version)) {
    throw new Error("This link was made by a newer Daemonless than this one. Load the page again, or ask for the file itself.");
  }
  let held;
  try {
    held = await VERSIONS[version](payload);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("This link holds more than 8 MB, so it is not opened. Ask for the file itself.");
    throw new Error("This link is damaged: a part of it may have been cut off when it was copied.");
  }
  return checked(held);
};

/** What a link or a file holds, if it has the shape that it should have. */
export const checked = (held) => {
  const files = Array.isArray(held?.files) ? held.files : [];
  return { ...held, files: files.filter((file) => typeof file?.path === "string" && typeof file.text === "string") };
};

/** The part of an address from the `#` on that holds this. */
export const write = async (held) => {
  const packed = await deflate(new TextEncoder().encode(JSON.stringify(held)));
  let letters = "";
  for (const byte of packed) letters += String.fromCharCode(byte);
  return `#v1.${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
};

const deflate = async (bytes) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const inflate = async (packed) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MOST) {
      reader.cancel();
      throw new RangeError("too long");
    }
    text += decoder.decode(value, { stream: true });
  }
};
