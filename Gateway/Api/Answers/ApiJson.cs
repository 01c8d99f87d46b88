using System.Text.Json.Serialization;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>The types of the API. Bodies are here to be described: they are read field by field.</summary>
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RoomList))]
[JsonSerializable(typeof(RoomDescription))]
[JsonSerializable(typeof(Membership))]
[JsonSerializable(typeof(RoomEdited))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(MessageList))]
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(UserPresence))]
[JsonSerializable(typeof(ConnectionList))]
[JsonSerializable(typeof(Disconnection))]
[JsonSerializable(typeof(ApplicationToken))]
[JsonSerializable(typeof(TokenToIssue))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(GatewayList))]
[JsonSerializable(typeof(ServerCounts))]
[JsonSerializable(typeof(DrainBegun))]
[JsonSerializable(typeof(RoomToCreate))]
[JsonSerializable(typeof(TopicChange))]
[JsonSerializable(typeof(Archiving))]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(Broadcast))]
[JsonSerializable(typeof(UserAndReason))]
[JsonSerializable(typeof(UserUntil))]
[JsonSerializable(typeof(UserRole))]
[JsonSerializable(typeof(Suspension))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(GatewayToDrain))]
internal sealed partial class ApiJson : JsonSerializerContext;
