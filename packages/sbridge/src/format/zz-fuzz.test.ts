import { readFileSync, existsSync } from 'node:fs'
import { test } from 'vitest'
import { readArrow } from '/tmp/hB/packages/sbridge/src/format/arrow.js'
import { SbridgeError } from '/tmp/hB/packages/core/src/index.js'
test('all bytes', async () => {
  for (const f of ['rich.arrow','uncompressed.arrow','lz4.arrow','zstd.arrow','stream.arrow','nested.arrow']) {
    const p = '/tmp/hBt/'+f
    if (!existsSync(p)) continue
    const bytes = new Uint8Array(readFileSync(p))
    let worst = 0, read = 0, refused = 0
    for (let at = 0; at < bytes.length; at++) for (const c of [1, 0x40, 0x80, 0xff]) {
      const d = bytes.slice(); d[at]! ^= c
      const s = performance.now()
      try { await readArrow(d, { source: 'x' }); read++ } catch (e) { refused++; if (!(e instanceof SbridgeError)) console.log(f, at, c, e) }
      const t = performance.now() - s
      if (t > worst) { worst = t; if (t > 200) console.log(f, at, c, t) }
    }
    console.log(f, bytes.length, {read, refused, worst})
  }
}, 600000)
