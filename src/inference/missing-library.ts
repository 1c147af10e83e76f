/** ONNX Runtime's red lines name the library that a provider lacks; its exceptions do not. */
import { basename } from 'node:path'

/** Name of the library that `lines` say is missing. */
export function missingLibrary(lines: string): string | undefined {
  const path = /with error: ([^:\n]+): cannot open shared object file/.exec(lines)?.[1]
  return path && basename(path)
}
