namespace OrleansChat.Grains.Storage;

/// <summary>A later activation has opened the room: this one must end. Nothing was written.</summary>
/// <param name="fence">The fence that no longer holds.</param>
public sealed class FencedException(RoomFence fence)
    : Exception($"room '{fence.Room}' has been opened by an activation later than epoch {fence.Epoch}");
