export interface CallOptions {
  /** Given with every call: an append with credentials of its own goes by the call that has a deadline. */
  readonly credentials: { readonly username: string; readonly password: string };
  readonly requiresLeader: true;
}
