/** CPU time and memory of processes, from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second: USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100

export interface Usage {
  readonly cpuMs: number
  readonly rssBytes: number
}

/** CPU time so far (user and system) and resident memory of `pid`; zeros once it is gone. */
export function usageOf(pid: number): Usage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_S
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return { cpuMs, rssBytes: Number(resident?.[1] ?? 0) * 1_024 }
  } catch {
    return { cpuMs: 0, rssBytes: 0 }
  }
}

export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly name: string
}

/** All processes below `root`, children first found. */
export function descendants(root: number): ProcessEntry[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const end = stat.lastIndexOf(')')
        const parent = Number(stat.slice(end + 2).split(' ')[1])
        return [{ pid: Number(name), parent, name: stat.slice(stat.indexOf('(') + 1, end) }]
      } catch {
        return []
      }
    })
  const found: ProcessEntry[] = []
  for (let parents = [root]; parents.length > 0; ) {
    const next = all.filter((p) => parents.includes(p.parent))
    found.push(...next)
    parents = next.map((p) => p.pid)
  }
  return found
}
