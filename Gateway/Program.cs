using OrleansChat.Gateway.Hosting;
using OrleansChat.Grains.Hosting;

return await ChatProcess.RunAsync("Gateway", async () =>
{
    await using var app = ChatGateway.BuildEmbedded(args);
    await app.RunAsync();
});
