import { expect, test } from 'vitest'
import { brokerOutage } from '../../../src/delivery/mqtt/broker-outage.js'

const refused = { code: 'FW_BROKER_UNREACHABLE', text: 'connect ECONNREFUSED', versionRefused: false } as const

test('a broker that is away is said once, another cause of it too, and that it is there again each time', () => {
  const said: string[] = []
  const { opened, ended } = brokerOutage('mqtt://broker:1883', {
    spool: { pending: 12 },
    onConnected: (text) => said.push(text),
    onFailure: (code, what, text) => said.push(`${code} ${what} ${text}`),
  })
  for (let i = 0; i < 5; i++) ended(refused)
  ended({ ...refused, code: 'FW_BROKER_REFUSED', text: 'refused: Not authorized (0x87)' })
  opened(5)
  ended(refused)
  expect(said).toEqual([
    'FW_BROKER_UNREACHABLE broker mqtt://broker:1883: connect ECONNREFUSED',
    'FW_BROKER_REFUSED broker mqtt://broker:1883: refused: Not authorized (0x87)',
    'connected to the broker mqtt://broker:1883 by MQTT 5, alerts that wait for it: 12',
    'FW_BROKER_UNREACHABLE broker mqtt://broker:1883: connect ECONNREFUSED',
  ])
})
