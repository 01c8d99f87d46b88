using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

/// <summary>
/// One connection's commands to one room, one after the other. Sends that arrive while a call is under way go
/// together in the next call, in their order.
/// </summary>
/// <remarks>
/// What the server itself wants done with the room for this connection (follow it, follow it no longer) goes through
/// the same queue, and so never crosses a join.
/// </remarks>
internal sealed class RoomCommands(JsonConnection connection, string room)
{
    private const int MaxSendsPerCall = 100;

    private readonly Queue<RoomCommand> _waiting = new();
    private bool _running;

    public string Room { get; } = room;

    public bool IsEmpty
    {
        get
        {
            lock (_waiting) return _waiting.Count == 0;
        }
    }

    public void Add(RoomCommand command)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(command);
            if (_running) return;
            _running = true;
        }

        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        do
        {
            while (TryTake(out var command, out var sends))
            {
                if (sends.Count > 0) await SendAsync(sends);
                else await ExecuteAsync(command!);
            }
        }
        while (!connection.TryForget(this));
    }

    private bool TryTake(out RoomCommand? command, out List<SendCommand> sends)
    {
        sends = [];
        command = null;
        lock (_waiting)
        {
            while (sends.Count < MaxSendsPerCall && _waiting.TryPeek(out var next) && next is SendCommand send)
            {
                sends.Add(send);
                _waiting.Dequeue();
            }

            return sends.Count > 0 || _waiting.TryDequeue(out command);
        }
    }

    private async Task SendAsync(List<SendCommand> sends)
    {
        try
        {
            connection.Caller.Scope.Check(Room);
            var batch = new SendBatch(connection.User, connection.Name, [.. sends.Select(s => s.Draft)], connection.Caller.IsAdministrator);
            var outcomes = await connection.Send(Room, batch);
            for (var i = 0; i < sends.Count; i++) Answer(sends[i], outcomes[i]);
        }
        catch (Exception error)
        {
            foreach (var send in sends) connection.Refuse(send, error);
        }
        finally
        {
            connection.Answered(sends.Count);
        }
    }

    private void Answer(SendCommand send, SendOutcome outcome)
    {
        if (outcome.Refusal is { } code) connection.Refuse(send, new ChatException(code, outcome.Message!, outcome.Field));
        else if (send.Id is not null) connection.Reply(JsonFrames.Ack(send.Id, Room, send.Draft.Key, outcome));
    }

    private async Task ExecuteAsync(RoomCommand command)
    {
        try
        {
            if (command.IsFromClient) connection.Caller.Scope.Check(Room);
            // It is about more than the direct room: neither invites the other any more.
            if (command is BlockCommand) connection.Caller.Scope.CheckAll();
            await PerformAsync(command);
        }
        catch (Exception error) when (command is FollowCommand)
        {
            // Nobody asked for it, so nobody would ask again, and miss what is said there without knowing.
            connection.NotFollowing(error);
        }
        catch (Exception error)
        {
            connection.Refuse(command, error);
        }
        finally
        {
            if (command.IsFromClient) connection.Answered(1);
        }
    }

    private Task PerformAsync(RoomCommand command) => command switch
    {
        JoinCommand join => JoinAsync(join),
        LeaveCommand => LeaveAsync(command.Id),
        HistoryCommand history => HistoryAsync(history),
        ReadCommand read => ThenOk(command, connection.RoomGrain(Room).Read(connection.User, read.Seq)),
        TypingCommand => connection.RoomGrain(Room).Typing(connection.User),
        MembersCommand members => MembersAsync(members),
        CreateCommand create => CreateAsync(create),
        ModerateCommand moderate => ThenOk(command, connection.Moderate(
            Room,
            new Moderation(
                connection.User,
                moderate.Action,
                moderate.User,
                moderate.Until,
                moderate.Reason,
                moderate.Role,
                connection.Caller.IsAdministrator))),
        EditCommand edit => ThenOk(command, connection.Edit(
            Room, new RoomEdit(connection.Caller.Actor, connection.Name, edit.Kind, edit.Text, edit.Reason))),
        BlockCommand block => ThenOk(command, connection.RoomGrain(Room).Block(connection.User, block.Blocked)),
        FollowCommand follow => connection.FollowFrom(follow.Entry),
        UnfollowCommand => UnfollowAsync(),
        _ => throw new InvalidOperationException($"no way to perform {command.GetType().Name}"),
    };

    private async Task ThenOk(RoomCommand command, Task call)
    {
        await call;
        if (command.Id is not null) connection.Reply(JsonFrames.Ok(command.Id));
    }

    private async Task JoinAsync(JoinCommand join)
    {
        var view = await connection.BecomeMember(Room);
        await connection.Follow(Room, new FeedPosition(join.Since, join.Log, Limited: true), answer =>
        {
            if (join.Id is not null || join.IsAlwaysAnswered) connection.Reply(JsonFrames.Joined(join.Id, view, answer));
        });
    }

    private async Task LeaveAsync(string? id)
    {
        await connection.RoomGrain(Room).Leave(connection.User, connection.Id);
        connection.StopFollowing(Room);
        if (id is not null) connection.Reply(JsonFrames.Left(id, Room));
    }

    private async Task CreateAsync(CreateCommand create)
    {
        var view = await connection.Create(create);
        if (connection.FollowsAll) await connection.FollowFrom(view.Entry);
        if (create.Id is not null) connection.Reply(JsonFrames.Created(create.Id, view));
    }

    private async Task MembersAsync(MembersCommand members) => connection.Reply(JsonFrames.Members(
        members.Id,
        Room,
        await connection.RoomGrain(Room).Members(connection.Caller.Actor, members.After, members.Limit)));

    private async Task HistoryAsync(HistoryCommand history)
    {
        var page = await connection.HistoryGrain(Room).Page(connection.Caller.Actor, history.Before, history.After, history.Limit);
        var fitting = EncodedPage.Fit(Room, page, newestFirst: history.After is null, connection.HistoryBytes);
        connection.Reply(JsonFrames.History(history.Id, Room, fitting.Messages, fitting.More));
    }

    private Task UnfollowAsync()
    {
        connection.Unfollowed(Room);
        return Task.CompletedTask;
    }
}
