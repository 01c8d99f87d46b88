namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Marks an endpoint that those need who are there already, such as for other tokens: a gateway answers it that has too
/// much to do for anybody else.
/// </summary>
internal sealed class NeededToGoOn;
