#!/usr/bin/env node
/** Entry of the installed package and of a checkout: the program is built TypeScript under dist/. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (!existsSync(fileURLToPath(main))) {
  console.error('FW_NOT_BUILT: framewarden, no dist/main.js in this checkout. Run `npm ci && npm run build` first.')
  process.exit(1)
}
await import(main.href)
