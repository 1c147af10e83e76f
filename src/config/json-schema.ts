/** The configuration as JSON Schema, for editors: what may be written, with text, default and reload effect of each key. */
import { z } from 'zod'
import { configSchema } from './schema.js'

/** JSON Schema, draft 2020-12, of a configuration file. What holds between keys is left to `check-config`. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override({ jsonSchema }) {
      const { effect, takes, unit, secret, ...standard } = jsonSchema as Record<string, unknown>
      if (effect === undefined) return
      const description = takes === undefined ? standard.description : `${standard.description} Takes ${takes}.`
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name as keyof typeof jsonSchema]
      Object.assign(
        jsonSchema,
        standard,
        { description, 'x-reload': effect },
        unit === undefined ? {} : { 'x-unit': unit },
      )
    },
  })
  return { title: 'framewarden configuration', ...schema }
}
