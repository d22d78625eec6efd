/** Tables: kinds of columns, codes that turn them into coordinates and back. */
export * from '@sbridge/core/tables'
