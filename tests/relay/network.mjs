// A Bluesky network on loopback: identity directory, a server of accounts (PDS) and, where a PostgreSQL is
// given, the AppView that answers searches. Says its addresses as one line of JSON, ends with its stdin.
//
//     node network.mjs [postgres-url schema]
import { TestBsky, TestNetworkNoAppView, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'
import getPort from 'get-port'

const [postgres, schema] = process.argv.slice(2)
const plc = await TestPlc.create({})
const pdsPort = await getPort()
let bsky
if (postgres) {
  bsky = await TestBsky.create({
    port: await getPort(),
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: postgres,
    dbPostgresSchema: schema,
  })
}
const pds = await TestPds.create({
  port: pdsPort,
  didPlcUrl: plc.url,
  ...(bsky ? { bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.ctx.cfg.serverDid } : {}),
})
mockNetworkUtilities(pds, bsky)
console.log(JSON.stringify({ pds: pds.url, appview: bsky?.url ?? null, plc: plc.url }))

process.stdin.resume()
process.stdin.on('end', async () => {
  await new TestNetworkNoAppView(plc, pds).close()
  await bsky?.close()
  process.exit(0)
})
