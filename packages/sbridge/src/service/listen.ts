import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InputError } from '@sbridge/core'

/** Listens. Throws `InputError` (code `port-unavailable`) for a port that cannot be had. */
export function listen(server: Server, { port, host }: { readonly port: number; readonly host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new InputError({
          code: 'port-unavailable',
          got: `port ${port} of ${host}, which cannot be listened on (${error.code ?? error.message})`,
          expected: 'a free port of an address of this machine',
          try: '--port 0, which takes a free one'
        })
      )
    )
    server.listen(port, host, resolve)
  })
}

/** `http://127.0.0.1:8080` of a server that listens. */
export function originOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
