namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>What is so after a deed that was done: "done" must not be an empty word.</summary>
internal static class Effects
{
    /// <returns>What is not as it should be; nothing when all is well.</returns>
    public static string? Missing(Cell cell, Stage stage, string actor, string nonce, RoomState before, RoomState after)
    {
        var isSo = cell.Deed switch
        {
            Deed.Send or Deed.SendTo or Deed.Broadcast => after.LastSeq == before.LastSeq + 1,
            Deed.Join or Deed.Resume => after.Role(actor) == (before.Role(actor) ?? "member"),
            Deed.Leave => after.Role(actor) is null,
            Deed.Read => after.Members[actor].ReadSeq >= 1,
            Deed.Create => after.Role(actor) == "owner",
            Deed.Invite => after.Role(stage.Target) == (before.Role(stage.Target) ?? "member"),
            Deed.Kick => after.Role(stage.Target) is null,
            Deed.Ban => after.Role(stage.Target) is null && after.Banned.Contains(stage.Target),
            Deed.Unban => !after.Banned.Contains(stage.Target),
            Deed.Mute => after.IsMuted(stage.Target),
            Deed.Unmute => !after.IsMuted(stage.Target),
            Deed.MakeMember => after.Role(stage.Target) == "member",
            Deed.MakeModerator => after.Role(stage.Target) == "moderator",
            Deed.MakeOwner => after.Role(stage.Target) == "owner",
            Deed.Topic => after.Topic == nonce,
            Deed.Archive => after.IsArchived,
            Deed.Restore => !after.IsArchived,
            Deed.Block => after.Blocks.Contains($"{actor} has blocked {stage.Target}"),
            Deed.Unblock => !after.Blocks.Contains($"{actor} has blocked {stage.Target}"),
            _ => after.ToString() == before.ToString(),
        };
        return isSo ? null : $"it was answered as done, but before it was: {before}; after it: {after}";
    }
}
