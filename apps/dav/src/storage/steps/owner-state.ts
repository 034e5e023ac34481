/** An owner's state decides who may come in: its changes count as those of what was revoked do. */
export const ownerStateStep = `
  CREATE TRIGGER owner_state_changed AFTER UPDATE OF disabled_ms, removed_ms ON owners BEGIN
    UPDATE access_revision SET revision = revision + 1;
  END;
`;
