namespace OrleansChat.Cluster.Tests.Logs;

/// <summary>A message as it stands in a room's log.</summary>
internal readonly record struct LogEntry(string From, string Key, string Text);
