/**
 * Message key of an order's row: compact JSON with the fields in this order, so that equal rows have equal
 * bytes and compaction sees them as one.
 */
export const orderKey = (row: { readonly customer_id: string; readonly order_id: string }): string =>
  `{"customer_id":${JSON.stringify(row.customer_id)},"order_id":${JSON.stringify(row.order_id)}}`;

/** Message key of an activation's row; see `orderKey`. */
export const activationKey = (row: {
  readonly customer_id: string;
  readonly activation_id: string;
}): string =>
  `{"customer_id":${JSON.stringify(row.customer_id)},"activation_id":${JSON.stringify(row.activation_id)}}`;
