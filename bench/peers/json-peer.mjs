import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a peer, a Python program of this folder, prints as JSON; undefined where it can't run, and that is said. */
export function jsonPeer(program, args) {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [fileURLToPath(new URL(program, import.meta.url)), ...args], {
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, OPENBLAS_CORETYPE: '', OPENBLAS_L2_SIZE: '' }
  })
  if (status === 0) return JSON.parse(stdout)
  console.log(`  no peers: ${stderr?.trim().split('\n').at(-1) ?? 'no Python'} (Debian: python3-sklearn, python3-pandas)`)
}
