using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

// Changes of the room as a whole. They are events, so they take their turn in its log.
internal sealed partial class RoomGrain
{
    public async Task<long> Edit(RoomEdit edit)
    {
        RoomAccess.CheckLine(edit.Text, RoomRules.TopicLength, "topic");
        RoomAccess.CheckLine(edit.Reason, RoomRules.ReasonLength, "reason");
        while (true)
        {
            var (room, standing) = await RequireMemberAsync(edit.By);
            RoomAccess.CheckMayEdit(Room, edit, standing, _clock.GetUtcNow());
            if (await room.Log.EditAsync(edit, () => room.Members.IsStill(edit.By.User, standing)) is { } seq) return seq;
        }
    }
}
