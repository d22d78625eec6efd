export * from '@sbridge/core'
