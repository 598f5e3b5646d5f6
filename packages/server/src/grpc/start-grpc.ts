export async function startGrpc(_: unknown): Promise<{ address: string; close(patience: number): Promise<void> }> {
  return { address: "", close: async () => {} };
}
