import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/framewarden.js', import.meta.url))

describe('the program', () => {
  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [BIN, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let talk = ''
    child.stderr.on('data', (text) => {
      talk += text
    })
    const [code] = await once(child, 'close')
    expect({ code, talk }).toEqual({ code: 0, talk: '' })
  })

  it('ends with the code of its command, results and talk apart', async () => {
    const child = spawn(process.execPath, [BIN, 'check-config', '/no/such/file.yaml'])
    const [out, err, [code]] = await Promise.all([
      child.stdout.toArray(),
      child.stderr.toArray(),
      once(child, 'close') as Promise<[number]>,
    ])
    expect({ code, out: out.join(''), err: err.join('') }).toEqual({
      code: 2,
      out: '',
      err: 'FW_CONFIG_MISSING: /no/such/file.yaml: no such file. Name a configuration file that is there and that this user may read.\n',
    })
  })
})
