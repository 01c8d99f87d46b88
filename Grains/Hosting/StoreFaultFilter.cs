using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Hosting;

/// <summary>Tells callers of any grain that the store failed, without telling them where it lies.</summary>
internal sealed partial class StoreFaultFilter(ILogger<StoreFaultFilter> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (StoreUnavailableException error)
        {
            LogUnavailable(logger, context.MethodName, error.Message);
            throw new ChatException(ChatErrorCode.Unavailable, "the store cannot answer at the moment; try again");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method}: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string method, string reason);
}
