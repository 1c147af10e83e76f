/** Pictures of what a shard found: the frames that raised or changed an incident. */
import { join } from 'node:path'
import { writeEvidence } from '../evidence/pictures.js'
import type { ScanFrame } from './judging.js'
import type { IncidentLine } from './lines.js'
import type { ScanOutput } from './output.js'
import { sourceKey } from './shard.js'
import type { ScanSource } from './sources.js'

/** Three files each; an attack that comes and goes for hours fills no disk. */
const MOST_PER_SOURCE = 20

/** Writes below `dir`/pictures; a source that is judged again writes over its own. */
export function incidentPictures(dir: string): ScanOutput {
  let taken = 0

  async function shown(source: ScanSource, { frame, verdict }: ScanFrame): Promise<IncidentLine['pictures']> {
    taken++
    const folder = join('pictures', sourceKey(source.name))
    const name = String(frame.seq).padStart(7, '0')
    const { width, height, pixels } = frame
    const after = verdict?.kind === 'perturbed' ? verdict.purified : undefined
    await writeEvidence({ dir: join(dir, folder), name, width, height, before: pixels, after })
    const path = (part: string) => `${folder}/${name}-${part}.jpg`
    return {
      before: path('before'),
      after: after ? path('after') : null,
      difference: after ? path('difference') : null,
    }
  }

  return {
    async write(source, judged, incidents) {
      const lines: IncidentLine[] = []
      for (const incident of incidents) {
        const wanted = incident.phase !== 'cleared' && taken < MOST_PER_SOURCE
        lines.push(wanted ? { ...incident, pictures: await shown(source, judged) } : incident)
      }
      return lines
    },
    async end() {
      taken = 0
    },
  }
}
